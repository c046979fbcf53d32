"""A mail server for tests: it listens on this machine and answers as it is told."""

import socket
import threading
from dataclasses import dataclass, field
from io import BufferedRWPair


@dataclass
class MailServer:
    """Takes one conversation at a time and keeps what it was handed."""

    answers: dict[str, str] = field(default_factory=dict)  # to a command, in place of 250
    taken: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    conversations: int = 0
    breaks_after_data: bool = False  # the message is taken, and the line is cut

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, if it has not been stopped before."""
        if self._socket.fileno() == -1:
            return
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                line, _address = self._socket.accept()
            except OSError:
                return
            self.conversations += 1
            with line, line.makefile("rwb") as wire:
                self._talk(wire)

    def _talk(self, wire: BufferedRWPair) -> None:
        def say(words: str) -> None:
            wire.write(f"{words}\r\n".encode())
            wire.flush()

        say("220 mail.test")
        for raw in wire:
            command = raw.decode().strip()
            verb = command.split(maxsplit=1)[0].upper() if command else ""
            if verb == "QUIT":
                say("221 bye")
                return
            if verb == "MAIL":
                self.senders.append(command)
            if verb == "DATA":
                say("354 go on")
                lines = iter(wire.readline, b".\r\n")
                self.taken.append(b"".join(lines))
                if self.breaks_after_data:
                    return
            say(self.answers.get(verb, "250 ok"))
