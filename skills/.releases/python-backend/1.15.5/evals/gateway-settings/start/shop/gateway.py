"""The payment gateway."""


class Gateway:
    """The client of the payment gateway."""
