"""The optimiser on small problems whose answer is known, and its judge on solutions that break one rule each."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.management.commands.resoudre_trsp import suites
from planning.optimiseur import trsp
from planning.optimiseur.evaluation import Evaluateur
from planning.optimiseur.modele import Ouvrier, Poids, Probleme, Solution, Tache
from planning.optimiseur.solveur import resoudre
from planning.optimiseur.verificateur import verifier

INSTANCE = """essai

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
2       2       2       2

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0     0     0      200    0      []  []  []
1    0     10    0      200    0      [0] [0] [1,0]
2    50    0     0      200    0      [1] []  [0,0]
3    0     20    30     60     10     [0] [0] [1,0]
4    0     30    0      90     10     [0] []  [1,0]
5    60    0     0      150    10     [1] [1] [0,1]
"""


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    fichier = tmp_path / "essai.txt"
    fichier.write_text(INSTANCE, encoding="utf-8")
    return fichier


def lignes(
    points: list[float], magasin: float = 0.0, departs: tuple[float, ...] = (0.0,)
) -> list[list[float]]:
    lieux = [*points, *departs, magasin]
    return [[abs(a - b) for b in lieux] for a in lieux]


def un_jour(taches: list[Tache], points: list[float], **du_probleme: object) -> Probleme:
    ouvrier = Ouvrier(cle=1, plages=((0, 480),), retour_max=600)
    return Probleme(taches, [ouvrier], lignes(points), **du_probleme)  # type: ignore[arg-type]


def chercher(probleme: Probleme, iterations: int = 400) -> Solution:
    return resoudre(probleme, secondes=5, processus=1, iterations=iterations)


def test_les_instances_publiees_se_lisent_et_se_resolvent(instance: Path) -> None:
    probleme = trsp.lire(instance)
    solution = chercher(probleme)
    verdict = verifier(instance, suites(probleme, solution))
    assert verdict.realisable, verdict.fautes
    assert verdict.objectif == pytest.approx(solution.cout)
    # Technician 1 lacks a second part of kind 0, technician 2 the tool 1: both pass by the store.
    assert all(tournee.magasin is not None for tournee in solution.tournees)


def test_ce_qui_n_est_pas_une_instance_se_dit(tmp_path: Path) -> None:
    fichier = tmp_path / "notes.txt"
    fichier.write_text("rien", encoding="utf-8")
    with pytest.raises(ValueError, match=r"notes\.txt"):
        trsp.lire(fichier)


@pytest.mark.parametrize(
    ("tournees", "faute"),
    [
        ({1: [3, 0, 4]}, "5 jamais servie"),
        ({1: [3, 0, 4], 2: [0, 5, 5]}, "5 servie 2 fois"),
        ({1: [3, 4], 2: [0, 5]}, "pièce manquante pour 4"),
        ({1: [3, 0, 4], 2: [5]}, "outil manquant pour 5"),
        ({1: [3, 0, 4, 5]}, "compétence manquante pour 5"),
        ({1: [0, 3, 0, 4], 2: [0, 5]}, "2 passages au magasin"),
        ({1: [0, 4, 3], 2: [0, 5]}, "commencée trop tard"),
        ({1: [3, 0, 4], 2: [0, 5], 9: [5]}, "9 n'est pas un technicien"),
        ({1: [3, 0, 4, 77], 2: [0, 5]}, "77 n'est pas une demande"),
    ],
)
def test_le_juge_dit_chaque_faute(
    instance: Path, tournees: dict[int, list[int]], faute: str
) -> None:
    if "n'est pas une demande" in faute:
        texte = instance.read_text(encoding="utf-8") + "77 0 0 0 200 0 [] [] [0,0]\n"
        instance.write_text(texte, encoding="utf-8")
    if "trop tard" in faute:
        texte = instance.read_text(encoding="utf-8").replace("30     60", "30     40")
        instance.write_text(texte, encoding="utf-8")
    verdict = verifier(instance, tournees)
    assert not verdict.realisable
    assert any(faute in dite for dite in verdict.fautes), verdict.fautes


def test_il_part_au_plus_tard_sans_rentrer_plus_tard() -> None:
    tache = Tache(cle=1, duree=10, fenetres=((100, 120),))
    cout = Evaluateur(un_jour([tache], [30.0])).cout(0, (0,))
    assert cout == (30 + 10 + 30, None)


def test_le_travail_ne_traverse_pas_la_pause() -> None:
    ouvrier = Ouvrier(cle=1, plages=((0, 240), (300, 480)), retour_max=600)
    tache = Tache(cle=1, duree=60, fenetres=((200, 400),))
    probleme = Probleme([tache], [ouvrier], lignes([0.0]), Poids(duree=1.0))
    assert Evaluateur(probleme).cout(0, (0,)) == (pytest.approx(60), None)  # 300 to 360
    trop_tot = Tache(cle=1, duree=60, fenetres=((200, 250),))
    assert Evaluateur(Probleme([trop_tot], [ouvrier], lignes([0.0]))).cout(0, (0,)) is None


def test_l_urgent_passe_avant_ce_qui_est_pres() -> None:
    """Only one of two fits: the one that costs more to leave out."""
    pres = Tache(cle=1, duree=300, fenetres=((0, 100),), penalite=500)
    urgent = Tache(cle=2, duree=300, fenetres=((0, 100),), penalite=5000)
    solution = chercher(un_jour([pres, urgent], [1.0, 90.0]))
    assert [tournee.ordre for tournee in solution.tournees] == [(1,)]
    assert solution.omises == (0,)


def test_une_tache_reservee_ne_va_qu_a_lui() -> None:
    ouvriers = [
        Ouvrier(cle=1, plages=((0, 480),), retour_max=480),
        Ouvrier(cle=2, plages=((0, 480),), retour_max=480),
    ]
    tache = Tache(cle=1, duree=30, fenetres=((0, 400),), technicien=1)
    probleme = Probleme([tache], ouvriers, lignes([5.0], departs=(5.0, 80.0)))
    assert [t.ouvrier for t in chercher(probleme).tournees] == [1]


def test_la_meme_graine_donne_la_meme_reponse(instance: Path) -> None:
    probleme = trsp.lire(instance)
    assert chercher(probleme, 200).tournees == chercher(probleme, 200).tournees


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_aucune_solution_ne_casse_une_regle(data: st.DataObject) -> None:
    """Whatever the small problem, what comes out is whole: each task once or left out, each round possible."""
    nombre = data.draw(st.integers(1, 7))
    points = [float(data.draw(st.integers(0, 60))) for _ in range(nombre)]
    taches = [
        Tache(
            cle=i,
            duree=data.draw(st.integers(5, 90)),
            fenetres=((debut := data.draw(st.integers(0, 300)), debut + 60),),
            competences=frozenset(data.draw(st.sets(st.integers(0, 1), max_size=1))),
            penalite=1000,
        )
        for i in range(nombre)
    ]
    ouvriers = [
        Ouvrier(cle=k, plages=((0, 240), (300, 480)), retour_max=540, competences=frozenset({k}))
        for k in range(2)
    ]
    probleme = Probleme(taches, ouvriers, lignes(points, departs=(0.0, 60.0)))
    solution = chercher(probleme, 60)
    faites = [t for tournee in solution.tournees for t in tournee.ordre]
    assert sorted([*faites, *solution.omises]) == list(range(nombre))
    calcul = Evaluateur(probleme)
    total = 1000.0 * len(solution.omises)
    for tournee in solution.tournees:
        cout = calcul.cout(tournee.ouvrier, tournee.ordre)
        assert cout is not None
        total += cout[0]
        assert all(taches[t].competences <= {tournee.ouvrier} for t in tournee.ordre)
    assert total == pytest.approx(solution.cout)
