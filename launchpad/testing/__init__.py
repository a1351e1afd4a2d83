"""Public contract kits that stores and providers must pass, and a clock that tests own."""
