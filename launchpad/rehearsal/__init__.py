"""Launch days against products on loopback: shipped examples, and what plays and judges them."""
