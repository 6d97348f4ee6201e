"""The payment gateway."""

import os


class Gateway:
    """The client of the payment gateway."""

    def __init__(self) -> None:
        self.url = os.getenv("SHOP_GATEWAY_URL", "")

    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        return {"Authorization": f"Bearer {os.environ['SHOP_GATEWAY_KEY']}"}
