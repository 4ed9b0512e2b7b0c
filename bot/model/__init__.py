"""Shared words of the whole program: frozen data without behaviour beyond validity.

Imports nothing of ours.
"""
