"""A real mail server that remembers what it accepted, and can stall or refuse."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from erp.tests.serveurs import port_libre


class Boite:
    """What the handler does with a message, and the messages it said yes to."""

    def __init__(self) -> None:
        self.acceptes: list[EmailMessage] = []
        self.recus = 0
        self.reponse = "250 OK"
        self.reponse_destinataire = "250 OK"
        self.bloquer = False
        self.bloque = threading.Event()
        self.port = 0
        self.url = ""

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.reponse_destinataire.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.reponse_destinataire

    async def handle_DATA(self, server, session, envelope):
        self.recus += 1
        if self.bloquer:  # the end of the connection ends the handler
            self.bloque.set()
            await server.loop.create_future()
        if self.reponse.startswith("250"):
            self.acceptes.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.reponse


@contextmanager
def boite_aux_lettres(port: int = 0) -> Iterator[Boite]:
    boite = Boite()
    controleur = Controller(boite, hostname="127.0.0.1", port=port or port_libre())
    controleur.start()
    boite.port = controleur.port
    boite.url = f"smtp://127.0.0.1:{boite.port}"
    try:
        yield boite
    finally:
        controleur.stop()
