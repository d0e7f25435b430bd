"""Cities of Morocco where industry is, with the coordinates of their industrial areas (WGS 84, degrees)."""

from typing import NamedTuple


class Ville(NamedTuple):
    nom: str
    region: str
    latitude: float
    longitude: float
    #: the three digits after +212 of a land line there
    indicatif: str
    code_postal: str


VILLES: dict[str, Ville] = {
    ville.nom: ville
    for ville in (
        Ville("Casablanca", "Casablanca-Settat", 33.5731, -7.5898, "522", "20000"),
        Ville("Mohammedia", "Casablanca-Settat", 33.6861, -7.3829, "523", "28800"),
        Ville("Nouaceur", "Casablanca-Settat", 33.3670, -7.5800, "522", "27182"),
        Ville("Berrechid", "Casablanca-Settat", 33.2655, -7.5876, "522", "26100"),
        Ville("Settat", "Casablanca-Settat", 33.0010, -7.6166, "523", "26000"),
        Ville("Benslimane", "Casablanca-Settat", 33.6186, -7.1211, "523", "13000"),
        Ville("El Jadida", "Casablanca-Settat", 33.2316, -8.5007, "523", "24000"),
        Ville("Jorf Lasfar", "Casablanca-Settat", 33.1160, -8.6220, "523", "24025"),
        Ville("Rabat", "Rabat-Salé-Kénitra", 34.0209, -6.8416, "537", "10000"),
        Ville("Salé", "Rabat-Salé-Kénitra", 34.0531, -6.7985, "537", "11000"),
        Ville("Kénitra", "Rabat-Salé-Kénitra", 34.2610, -6.5802, "537", "14000"),
        Ville("Tanger", "Tanger-Tétouan-Al Hoceïma", 35.7595, -5.8340, "539", "90000"),
        Ville("Gzenaya", "Tanger-Tétouan-Al Hoceïma", 35.7167, -5.9167, "539", "90100"),
        Ville("Ksar Sghir", "Tanger-Tétouan-Al Hoceïma", 35.8410, -5.5590, "539", "94153"),
        Ville("Tétouan", "Tanger-Tétouan-Al Hoceïma", 35.5785, -5.3684, "539", "93000"),
        Ville("Larache", "Tanger-Tétouan-Al Hoceïma", 35.1932, -6.1557, "539", "92000"),
        Ville("Fès", "Fès-Meknès", 34.0331, -5.0003, "535", "30000"),
        Ville("Meknès", "Fès-Meknès", 33.8935, -5.5473, "535", "50000"),
        Ville("Marrakech", "Marrakech-Safi", 31.6295, -7.9811, "524", "40000"),
        Ville("Safi", "Marrakech-Safi", 32.2994, -9.2372, "524", "46000"),
        Ville("Agadir", "Souss-Massa", 30.4278, -9.5981, "528", "80000"),
        Ville("Aït Melloul", "Souss-Massa", 30.3342, -9.4972, "528", "86150"),
        Ville("Béni Mellal", "Béni Mellal-Khénifra", 32.3373, -6.3498, "523", "23000"),
        Ville("Khouribga", "Béni Mellal-Khénifra", 32.8811, -6.9063, "523", "25000"),
        Ville("Oujda", "Oriental", 34.6814, -1.9086, "536", "60000"),
        Ville("Nador", "Oriental", 35.1681, -2.9335, "536", "62000"),
    )
}
