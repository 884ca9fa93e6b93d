"""Typography by language: what it changes, what it leaves, and that twice is as good as once."""

import random
import time

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override

from pages.models import StandardPage
from pages.typography import typeset, typeset_as_html, typeset_html, without_points

POINT = '<span class="point" aria-hidden="true">·</span>'
N = "\u202f"
B = "\u00a0"

FRENCH = [
    ("Quoi? Oui! Alors; voici: rien.", f"Quoi{N}? Oui{N}! Alors{N}; voici{N}: rien."),
    ("Quoi ? Oui\u00a0! Alors ; voici : rien.", f"Quoi{N}? Oui{N}! Alors{N}; voici{N}: rien."),
    ("Vraiment ?! Non !!", f"Vraiment{N}?! Non{N}!!"),
    ("l'été d'aujourd'hui", "l’été d’aujourd’hui"),
    ('Elle dit "non" et part.', f"Elle dit «{N}non{N}» et part."),
    ('(voir " ici ")', f"(voir «{N}ici{N}»)"),
    ("«Non», dit-elle, « oui ».", f"«{N}Non{N}», dit-elle, «{N}oui{N}»."),
    ('« Elle dit "non" »', f"«{N}Elle dit “non”{N}»"),
    ('"Pourquoi?"', f"«{N}Pourquoi{N}?{N}»"),
    ("10 % de 1 250 000 €", f"10{B}% de 1{N}250{N}000{B}€"),
    ("une marche - longue - et lente", f"une marche{B}– longue{B}– et lente"),
    ("Rejoignez #NotATarget!", f"Rejoignez #NotATarget{N}!"),
]
DUTCH = [
    ("Wat ? Ja ! Dus ; kijk : niets.", "Wat? Ja! Dus; kijk: niets."),
    ("Wat\u202f? Ja\u00a0!", "Wat? Ja!"),
    ("'s Avonds zei ze 'kom mee' en \"nu\".", "’s Avonds zei ze ‘kom mee’ en “nu”."),
    ("foto's in '90, dat is 't", "foto’s in ’90, dat is ’t"),
    ("€ 10 of 10 euro, 5 %", f"€{B}10 of 10{B}euro, 5{B}%"),
]
ENGLISH = [
    ("What's that ? \"Yes\" : 'no'.", "What’s that? “Yes”: ‘no’."),
    ("the activists' house, rock 'n' roll", "the activists’ house, rock ’n’ roll"),
    ("€10 and 10% -- no more", f"€10 and 10%{B}– no more"),
    ('a screen of 5" and 6 feet', 'a screen of 5" and 6 feet'),
]
UNTOUCHED = [
    "14:00",
    "1:10",
    "https://example.org/a?b=c:d;e#f!g",
    "Write to me@example.org",
    "BE71 0961 2345 6769",
    ":-)",
    "2022-12-09",
    "porte-parole",
    "- a point of a list",
    "12 34 56",
    "",
    "?",
    "\n; \n",
]


@pytest.mark.parametrize(
    ("language", "typed", "wanted"),
    [
        (language, *case)
        for language, cases in (("fr", FRENCH), ("nl", DUTCH), ("en", ENGLISH))
        for case in cases
    ],
)
def test_each_language_sets_its_own_way(language, typed, wanted):
    assert typeset(typed, language) == wanted
    assert typeset(wanted, language) == wanted


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_no_sentence_stays(text, language):
    assert typeset(text, language) == text


def test_mark_after_an_address_is_set_and_the_address_is_not():
    typed = "Voir https://example.org/a?b:c! Ou a@example.org: oui"
    assert typeset(typed, "fr") == f"Voir https://example.org/a?b:c{N}! Ou a@example.org{N}: oui"


@pytest.mark.parametrize("point", ["\u2e31", "\u2027", "\u2022", "\u00b7"])
def test_four_signs_are_one_inclusive_point(point):
    typed = f"Les militant{point}e{point}s {point} 3{point}4"

    assert typeset(typed, "fr") == f"Les militant·e·s {point} 3{point}4"
    assert typeset_as_html(typed, "fr") == f"Les militant{POINT}e{POINT}s {point} 3{point}4"
    assert typeset_html(f"<p>{typed}</p>", "fr") == f"<p>{typeset_as_html(typed, 'fr')}</p>"
    assert without_points(typed) == f"Les militantes {point} 3{point}4"


HTML = [
    (
        'Salut <b title="a ! b">mot</b> ! « <i>x</i> »',
        f'Salut <b title="a ! b">mot</b>{N}! «{N}<i>x</i>{N}»',
    ),
    (
        '<a href="/a?b=1&amp;c=l\'eau">ici</a>! l&#x27;eau &lt;b&gt; &amp; "<b>mot</b>"',
        f'<a href="/a?b=1&amp;c=l\'eau">ici</a>{N}! l’eau &lt;b&gt; &amp; «{N}<b>mot</b>{N}»',
    ),
    ("<p>Fin:</p><p>oui !<br/>non?</p>", f"<p>Fin{N}:</p><p>oui{N}!<br/>non{N}?</p>"),
    ('<p>"un</p><p>deux"</p>', "<p>&quot;un</p><p>deux&quot;</p>"),
    ('<code>a ! "b"</code> !', f'<code>a ! "b"</code>{N}!'),
    ("<!-- l'un ! --><pre>l'un ; deux</pre>", "<!-- l'un ! --><pre>l'un ; deux</pre>"),
    ("militant<b>·e</b>s", f"militant<b>{POINT}e</b>s"),
]


@pytest.mark.parametrize(("typed", "wanted"), HTML)
def test_html_is_set_in_its_texts_only(typed, wanted):
    assert typeset_html(typed, "fr") == wanted
    assert typeset_html(wanted, "fr") == wanted


def test_plain_text_is_escaped():
    assert typeset_as_html("<script>zo ; ja</script> & l'un", "nl") == (
        "&lt;script&gt;zo; ja&lt;/script&gt; &amp; l’un"
    )


_PIECES = [
    *" \u00a0\u202f\t\n;:!?«»“”‘’\"'()[]-–—.,…€%$·•/@#0159abZé\ufffc<>&",
    *["10 €", "€ 5", "mot", "l'eau", "'s ", "http://x.be/a?b", "a@b.be", "BE71 0961 2345 6769"],
    *["14:00", " - ", "--", "t·e", "000", "<b>", "</b>", "<p>", "</p>", "<br>", "<code>"],
    *["</code>", "&amp;", POINT],
]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_twice_is_once(language):
    chance = random.Random(1851)
    for _ in range(4000):
        text = "".join(chance.choices(_PIECES, k=chance.randint(1, 14)))
        for function in (typeset, typeset_html):
            once = function(text, language)
            assert function(once, language) == once, text


@pytest.mark.parametrize(
    "piece", ['"', "'", "'a ", "<", "<b", "a@", " ;", "·e", "1 ", "« ", "BE71 ", "!"]
)
def test_time_grows_with_the_text_and_no_faster(piece):
    def seconds(size: int) -> float:
        text = piece * size
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            typeset_html(text, "fr")
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(4000) < max(32 * seconds(500), 0.05)


def rendered(source: str, language: str, **values: object) -> str:
    with override(language):
        return Template("{% load typography %}" + source).render(Context(values))


def test_filters_follow_the_language_of_the_screen():
    text = "Les militant·es <3 : l'eau !"

    assert rendered("{{ text|typeset }}", "fr", text=text) == (
        f"Les militant{POINT}es &lt;3{N}: l’eau{N}!"
    )
    assert rendered("{{ text|typeset }}", "nl", text="Kom mee !") == "Kom mee!"
    assert rendered("{{ text|typeset:'fr' }}", "nl", text="Oui!") == f"Oui{N}!"
    assert rendered('<a title="{{ text|typeset_plain }}">', "fr", text=text) == (
        f'<a title="Les militant·es &lt;3{N}: l’eau{N}!">'
    )
    assert rendered("{{ html|typeset_html }}", "fr", html=mark_safe("<b>Oui!</b>")) == (
        f"<b>Oui{N}!</b>"
    )
    assert rendered("{{ text|linebreaks|typeset }}", "fr", text="Oui!\n<b>") == (
        f"<p>Oui{N}!<br>&lt;b&gt;</p>"
    )
    assert rendered("{{ a|typeset }}{{ b|typeset_html }}{{ c|typeset_plain }}", "fr", a=None) == ""


@pytest.mark.django_db
def test_slug_never_holds_the_point():
    about = StandardPage.objects.get(slug="about", locale__language_code="en")
    page = StandardPage(title="Les militant·es et travailleur⸱ses", body=[])
    about.add_child(instance=page)
    assert page.slug == "les-militantes-et-travailleurses"

    page.slug = "soignant·es"
    page.save()

    page.refresh_from_db()
    assert page.slug == "soignantes"


@pytest.mark.django_db
def test_page_is_set_in_its_texts_and_not_in_its_code(client):
    about = StandardPage.objects.get(slug="a-propos", locale__language_code="fr")
    about.title = 'L\'appel des militant⸱es : "debout!"'
    about.lead = "10 % de plus ? Oui !"
    about.body = [("text", '<p>L\'eau ; <a href="https://example.org/a;b!">lien</a>!</p>')]
    about.save_revision().publish()

    html = client.get(about.url).content.decode()

    assert f"<h1>L’appel des militant{POINT}es{N}: «{N}debout{N}!{N}»</h1>" in html
    title = f"L’appel des militant·es{N}: «{N}debout{N}!{N}»"
    assert f"<title>{title} – " in html
    assert f'<meta property="og:title" content="{title}">' in html
    assert f'<meta name="description" content="10{B}% de plus{N}? Oui{N}!">' in html
    assert f'L’eau{N}; <a href="https://example.org/a;b!"' in html
    assert f"</a>{N}!" in html
    assert about.title == 'L\'appel des militant⸱es : "debout!"'
