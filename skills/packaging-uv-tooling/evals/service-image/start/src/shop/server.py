"""The service."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from itsdangerous import Signer


class Handler(BaseHTTPRequestHandler):
    """Answers with a signed greeting."""

    def do_GET(self) -> None:
        """Any path."""
        body = Signer("only an example").sign("hello")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until the process is told to stop."""
    ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
