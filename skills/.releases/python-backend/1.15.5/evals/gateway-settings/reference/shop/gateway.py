"""The payment gateway."""

from pydantic import SecretStr


class Gateway:
    """The client of the payment gateway.

    Args:
        url: its address.
        key: our key, the bearer token of each request.
    """

    def __init__(self, url: str, key: SecretStr) -> None:
        self.url = url
        self._key = key

    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        return {"Authorization": f"Bearer {self._key.get_secret_value()}"}
