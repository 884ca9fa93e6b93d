"""CSV files in the layouts of Belgian banks, with invented people, made from plain values."""

ACCOUNT = "BE68539007547034"
PAYER = "BE71096123456769"

_HEADERS = {
    ("kbc", "nl"): "Rekeningnummer;Rubrieknaam;Naam;Munt;Afschriftnummer;Datum;Omschrijving;Valuta;"
    "Bedrag;Saldo;credit;debet;rekeningnummer tegenpartij;BIC tegenpartij;Naam tegenpartij;"
    "Adres tegenpartij;gestructureerde mededeling;Vrije mededeling",
    ("kbc", "fr"): "Numéro de compte;Nom de la rubrique;Nom;Devise;Numéro de l'extrait;Date;"
    "Description;Valeur;Montant;Solde;crédit;débit;numéro de compte contrepartie;"
    "BIC contrepartie;Nom contrepartie;Adresse contrepartie;communication structurée;"
    "Communication libre",
    ("belfius", "nl"): "Rekening;Boekingsdatum;Rekeninguittrekselnummer;Transactienummer;"
    "Rekening tegenpartij;Naam tegenpartij bevat;Straat en nummer;Postcode en plaats;Transactie;"
    "Valutadatum;Bedrag;Devies;BIC;Landcode;Mededelingen",
    ("belfius", "fr"): "Compte;Date de comptabilisation;Numéro d'extrait;Numéro de transaction;"
    "Compte contrepartie;Nom contrepartie contient;Rue et numéro;Code postal et localité;"
    "Transaction;Date valeur;Montant;Devise;BIC;Code pays;Communications",
    ("bnp", "nl"): "Volgnummer;Uitvoeringsdatum;Valutadatum;Bedrag;Valuta rekening;Rekeningnummer;"
    "Type verrichting;Tegenpartij;Naam van de tegenpartij;Mededeling;Details;Status;"
    "Reden van weigering",
    ("bnp", "fr"): "Nº de séquence;Date d'exécution;Date valeur;Montant;Devise du compte;"
    "Numéro de compte;Type de transaction;Contrepartie;Nom de la contrepartie;Communication;"
    "Détails;Statut;Motif du refus",
    ("ing", "nl"): "Rekeningnummer;Naam van de rekening;Rekening tegenpartij;Omzetnummer;"
    "Boekingsdatum;Valutadatum;Bedrag;Munteenheid;Omschrijving;Detail van de omzet;Bericht",
    ("ing", "fr"): "Numéro de compte;Nom du compte;Compte contrepartie;Numéro de mouvement;"
    "Date comptable;Date valeur;Montant;Devise;Libellés;Détails du mouvement;Message",
}
_BEFORE_BELFIUS = {
    "nl": "Boekingsdatum vanaf;01/03/2026\nBoekingsdatum tot en met;31/03/2026\nBedrag vanaf;\n"
    "Bedrag tot en met;\nRekeninguittrekselnummer vanaf;\nRekeninguittrekselnummer tot en met;\n"
    "Mededeling;\nNaam tegenpartij bevat;\nRekening tegenpartij;\nLaatste saldo;1.234,56 EUR\n"
    "Datum/uur van het laatste saldo;31/03/2026 21:30:53\n;\n",
    "fr": "Date de comptabilisation à partir de;01/03/2026\n"
    "Date de comptabilisation jusqu'au;31/03/2026\nMontant à partir de;\nMontant jusqu'à;\n"
    "Numéro d'extrait à partir de;\nNuméro d'extrait jusqu'au;\nCommunication;\n"
    "Nom contrepartie contient;\nCompte contrepartie;\nDernier solde;1.234,56 EUR\n"
    "Date/heure du dernier solde;31/03/2026 21:30:53\n;\n",
}


def row(amount: str, **facts: str) -> dict[str, str]:
    """Return what a bank knows of one movement; what is not said is what most movements have."""
    usual = {
        "account": ACCOUNT,
        "currency": "EUR",
        "day": "09/03/2026",
        "value": "10/03/2026",
        "name": "Lien Peeters",
        "payer": PAYER,
        "structured": "",
        "text": "",
        "words": "EUROPESE OVERSCHRIJVING",
        "statement": "00012",
        "number": "7",
        "balance": "",
        "status": "",
    }
    return {**usual, "amount": amount, **facts}


def kbc_csv(*rows: dict[str, str], language: str = "nl", ends: str = "\r") -> bytes:
    """Return the 18 columns of KBC, padded with spaces; its lines end in a carriage return."""
    lines = [
        ";".join(
            (
                r["account"], " " * 20, "NGO", r["currency"], f"  {r['statement']}", r["day"],
                r["words"], r["value"], r["amount"], r["balance"],
                "" if r["amount"].startswith("-") else r["amount"],
                r["amount"] if r["amount"].startswith("-") else "",
                r["payer"].ljust(34), "KREDBEBB".ljust(11), r["name"].ljust(40), " " * 40,
                r["structured"].ljust(35), r["text"].ljust(50),
            )
        )
        for r in rows
    ]  # fmt: skip
    return _encoded([_HEADERS["kbc", language], *lines], ends)


def belfius_csv(*rows: dict[str, str], language: str = "nl", encoding: str = "utf-8") -> bytes:
    """Return a search result of Belfius, with what was searched for in front."""
    lines = [
        ";".join(
            (
                " ".join(r["account"][at : at + 4] for at in range(0, 16, 4)), r["day"],
                r["statement"], r["number"], r["payer"], r["name"], "", "", r["words"], r["value"],
                r["amount"], r["currency"], "", "", r["text"] or r["words"],
            )
        )
        for r in rows
    ]  # fmt: skip
    before = _BEFORE_BELFIUS[language]
    return _encoded([*before.splitlines(), _HEADERS["belfius", language], *lines], "\n", encoding)


def bnp_csv(*rows: dict[str, str], language: str = "nl") -> bytes:
    """Return the 13 columns of BNP Paribas Fortis, with a byte order mark."""
    lines = [
        ";".join(
            (
                f"2026-{r['number']}", r["day"], r["value"], r["amount"], r["currency"],
                r["account"], "Overschrijving in euro", r["payer"], r["name"], r["text"],
                r["words"], r["status"], "",
            )
        )
        for r in rows
    ]  # fmt: skip
    return _encoded([_HEADERS["bnp", language], *lines], "\r\n", "utf-8-sig")


def ing_csv(*rows: dict[str, str], language: str = "nl") -> bytes:
    """Return the 11 columns of ING Belgium."""
    lines = [
        ";".join(
            (
                r["account"], "NGO", r["payer"], r["number"], r["day"], r["value"], r["amount"],
                r["currency"], r["words"], "", r["text"],
            )
        )
        for r in rows
    ]  # fmt: skip
    return _encoded([_HEADERS["ing", language], *lines], "\n")


def _encoded(lines: list[str], ends: str, encoding: str = "utf-8") -> bytes:
    return "".join(line + ends for line in lines).encode(encoding)
