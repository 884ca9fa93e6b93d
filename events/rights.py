"""What the house says about rights and safety at a demonstration, when staff write nothing.

Belgian law, told for people on the street: the law on the police function of 5 August 1992
(identity, article 34; administrative arrest, article 31; what whoever is held may ask for, articles
33ter to 33quinquies), and article 47bis of the Code of Criminal Procedure for whoever is questioned
as a suspect. Only what is settled stands here; a lawyer has yet to read it.
"""

from django.utils.translation import gettext as _


def house_words() -> list[dict[str, object]]:
    """Return parts, each with a heading and points of one or two sentences; active language."""
    return [
        {"heading": _("Your rights"), "points": _rights()},
        {"heading": _("Look after one another"), "points": _safety()},
    ]


def disclaimer() -> str:
    """Say what these words are, and what they are not."""
    return _("General information about Belgian law, not the advice of a lawyer.")


def _rights() -> list[str]:
    return [
        _(
            "Carry your identity card or residence document. The police may check it when the law "
            "gives them a reason, and must give it back afterwards (law on the police function of "
            "5 August 1992, article 34)."
        ),
        _(
            "You may ask whether you are free to go. Stay calm and do not resist, even if you "
            "think that the police are wrong: objecting afterwards is safer."
        ),
        _(
            "The police may hold people to keep public order only when that is absolutely "
            "necessary, and for twelve hours at most (administrative arrest, article 31 of the "
            "same law)."
        ),
        _(
            "If you are held, you may ask why, ask that somebody you trust is told, and ask for a "
            "doctor (articles 33ter to 33quinquies)."
        ),
        _(
            "You must say who you are. About anything else you may remain silent: nobody has to "
            "accuse themselves. Suspects of an offence that can be punished with prison may "
            "speak with a lawyer in private before they are questioned (Code of Criminal "
            "Procedure, article 47bis)."
        ),
        _(
            "Read before you sign. You do not have to sign what you do not understand or do not "
            "agree with."
        ),
        _(
            "Filming the police at work in public is allowed in principle, as long as you do not "
            "get in their way. Show nobody recognisable who might come to harm by it."
        ),
        _(
            "If you were treated badly, note the hour, the place and the number or name on the "
            "uniform, have injuries seen by a doctor and tell us. You can complain to the "
            "Standing Police Monitoring Committee (Committee P)."
        ),
    ]


def _safety() -> list[str]:
    return [
        _("Come with somebody you know, and agree where you meet if you lose each other."),
        _(
            "Bring water, something to eat, the medicines you need, and clothes and shoes for a "
            "few hours outside. Charge your phone, and write down on paper whom to call."
        ),
        _(
            "If the crowd becomes tight, stay calm, do not push, and move sideways to the edge. "
            "Take children by the hand."
        ),
        _("If somebody is hurt or in danger, call 112. The app 112 BE also tells where you are."),
    ]
