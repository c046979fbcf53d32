"""Whether somebody still waits for the answer to a request."""

import select
import socket

from flask import request

SOCKETS = ("gunicorn.socket", "werkzeug.socket")  # where servers put the connection


def has_hung_up() -> bool:
    """Say whether whoever sent this request has closed the connection since.

    A browser does when the request is cancelled, and a proxy then does likewise. Under load
    requests wait for a free thread, and some of them for nothing: what is answered while
    somebody types is of no use once they have typed on. False where the server does not tell.
    """
    connection = next((request.environ[key] for key in SOCKETS if key in request.environ), None)
    if connection is None:
        return False
    try:
        is_readable = bool(select.select([connection], [], [], 0)[0])
        return is_readable and not connection.recv(1, socket.MSG_PEEK)
    except ConnectionError:
        return True
    except (OSError, ValueError):  # encrypted, or one too many for `select`
        return False
