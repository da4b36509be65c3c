"""The tables of the circulation room, and every statement on them."""
