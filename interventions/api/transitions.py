"""The table of transitions in words, for the schema: rendered from `TRANSITIONS`, in French as the rest of it."""

from django.utils.translation import override

from interventions.choices import TRANSITIONS, Acteur, Statut


def _table() -> str:
    lignes = [
        "Fait passer l’intervention à un autre statut ; tout autre passage est refusé (409, `TRANSITION_INTERDITE`).",
        "Une intervention corrective ne se clôture pas sans `diagnostic`.",
        "",
        "| de | vers | action | qui | exige | accepte |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    with override("fr"):
        for ligne in TRANSITIONS:
            qui = ", ".join(str(acteur.label) for acteur in Acteur if acteur in ligne.acteurs)
            exige = ", ".join(f"`{champ}`" for champ in ligne.exige) or "–"
            accepte = ", ".join(f"`{champ}`" for champ in ligne.accepte) or "–"
            lignes.append(
                f"| {ligne.de.value} | {ligne.vers.value} | {ligne.libelle} | {qui} | {exige} | {accepte} |"
            )
        statuts = ", ".join(f"`{statut.value}` = {statut.label}" for statut in Statut)
    return "\n".join([*lignes, "", f"Statuts : {statuts}."])


TABLE = _table()
