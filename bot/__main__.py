"""`python -m bot`: the console command."""

from bot.cli import main

main()
