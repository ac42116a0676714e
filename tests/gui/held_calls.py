"""Calls on their way: a page has made them, and the program hears of them when the test says so."""

from __future__ import annotations

import json
import re
from typing import Any

from waiting import wait_for

_ASK = "([name, args]) => import('/js/bridge.js').then((bridge) => bridge.call(name, ...args)).then(() => {}, () => {})"


class Held:
    """Calls of some functions that the page has made and the program has not heard of yet; from the next page on."""

    def __init__(self, page: Any, *names: str) -> None:
        self.page = page
        self.names = names
        self.calls: list[Any] = []
        self.letting_through = False
        page.route_web_socket(re.compile("/eel"), self._connect)

    def _connect(self, socket: Any) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str) -> None:
            if json.loads(message).get("name") in self.names and not self.letting_through:
                self.calls.append(lambda: server.send(message))
            else:
                server.send(message)

        socket.on_message(pass_on)

    def wait(self, count: int) -> None:
        """Wait until so many calls were made."""
        wait_for(lambda: len(self.calls) >= count, pause=lambda: self.page.wait_for_timeout(20))

    def release(self, index: int) -> None:
        """Let one call through, for as long as the page that made it is open."""
        self.calls[index]()

    def release_all(self) -> None:
        """Let those through that wait, and all later ones."""
        self.letting_through = True
        for send in self.calls:
            send()

    def wait_for_answers(self, *arguments: Any) -> None:
        """Wait until the page has heard what it was answered: the answer to one more call comes after theirs."""
        self.letting_through = True
        self.page.evaluate(_ASK, [self.names[0], list(arguments)])
