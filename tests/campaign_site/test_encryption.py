import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import FieldError
from django.db import connection

from campaign_site.encryption import decrypt, encrypt, keyed_hash
from supporters.models import Supporter
from tests.factories import make_supporter


def test_new_key_in_front_reads_what_the_old_one_wrote(settings):
    token = encrypt("Ada")
    old = settings.SUPPORTER_ENCRYPTION_KEYS
    settings.SUPPORTER_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]

    assert decrypt(token) == "Ada"

    settings.SUPPORTER_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(InvalidToken):
        decrypt(token)


def test_hashes_of_two_purposes_differ():
    assert keyed_hash("a", purpose="x") == keyed_hash("a", purpose="x")
    assert keyed_hash("a", purpose="x") != keyed_hash("a", purpose="y")


@pytest.mark.django_db
def test_address_is_unreadable_in_the_database():
    supporter = make_supporter("canary@example.org")

    with connection.cursor() as cursor:
        cursor.execute("SELECT supporters_supporter::text FROM supporters_supporter")
        row = cursor.fetchone()[0]

    assert "canary" not in row
    assert str(supporter.public_id) in row  # the row is the one looked for
    assert Supporter.objects.get(pk=supporter.pk).email == "canary@example.org"


@pytest.mark.django_db
def test_search_that_could_never_find_anything_is_an_error():
    supporter = make_supporter("sam@example.org")

    for lookup in ("email", "email__icontains", "email__in"):
        with pytest.raises(FieldError):
            Supporter.objects.filter(**{lookup: "sam@example.org"})
    assert Supporter.objects.get(email__isnull=False) == supporter
