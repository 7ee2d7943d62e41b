"""HTTP on a real socket, byte by byte: what a phone sends whose connection breaks."""

import socket
from urllib.parse import urlsplit

FORM = "multipart/form-data; boundary=edge"


def form_of(content: bytes) -> bytes:
    """A form with one photo, its boundary `edge`."""
    return b"\r\n".join(
        [
            b"--edge",
            b'Content-Disposition: form-data; name="photo"; filename="p.jpg"',
            b"Content-Type: image/jpeg",
            b"",
            content,
            b"--edge--",
            b"",
        ]
    )


def parts_of(*sent: tuple[str, bytes], end: bytes = b"--edge--\r\n") -> bytes:
    """A form of parts, each with what follows the word `form-data`, and its content."""
    heads = [f"--edge\r\nContent-Disposition: form-data{more}\r\n\r\n".encode() for more, _content in sent]
    return b"".join(head + content + b"\r\n" for head, (_more, content) in zip(heads, sent, strict=True)) + end


class Line:
    """One connection to a server."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=60)
        self.answer = b""

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def send(self, first: str, headers: dict[str, object], body: bytes = b"") -> None:
        """A request with as much of its body as is given."""
        lines = [
            first,
            "Host: 127.0.0.1",
            "Connection: close",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def hang_up(self) -> None:
        """Say no more; wait until the other side has done with it."""
        self.socket.shutdown(socket.SHUT_WR)
        self.read()

    def read(self) -> bytes:
        """All that comes until the other side closes."""
        try:
            while piece := self.socket.recv(65_536):
                self.answer += piece
        except OSError:
            pass
        return self.answer

    def status(self) -> int:
        """The status of the answer."""
        return int(self.read().split(b" ", 2)[1])

    def headers(self) -> dict[str, str]:
        """The headers of the answer, by their small names."""
        head = self.read().partition(b"\r\n\r\n")[0].decode()
        pairs = (line.partition(":") for line in head.split("\r\n")[1:])
        return {name.strip().lower(): value.strip() for name, _colon, value in pairs}
