"""The tables of the order room and every statement on them."""
