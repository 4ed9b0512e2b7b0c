"""What must hold when the machine fails: rows F18 to F21 and F35 to F37 of the fault matrix."""
