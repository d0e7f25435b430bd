"""The accounts that the demo company makes: plain data, for the sign-in page in DEBUG, `make run` and the demo.

Only `manage.py demo` creates them; nothing here opens a door on a database that it has not filled.
"""

from typing import NamedTuple


class CompteDemo(NamedTuple):
    """One account of the demo; `role` is a value of `accounts.choices.Role`."""

    username: str
    email: str
    mot_de_passe: str
    full_name: str
    role: str


COMPTES: tuple[CompteDemo, ...] = (
    CompteDemo("admin", "admin@mif.ma", "admin123", "Hicham Lahrichi", "admin"),
    CompteDemo(
        "responsable", "responsable@mif.ma", "responsable123", "Nadia Benchekroun", "responsable"
    ),
    CompteDemo(
        "technicien", "technicien@mif.ma", "technicien123", "Youssef El Amrani", "technicien"
    ),
    CompteDemo("technicien2", "technicien2@mif.ma", "technicien123", "Mehdi Zeroual", "technicien"),
    CompteDemo("client", "client@mif.ma", "client123", "Salma Idrissi", "client"),
    CompteDemo("client2", "client2@mif.ma", "client123", "Othmane Kettani", "client"),
)
