import pytest
from django.test import Client

from tests.security.production import browser_settings


@pytest.fixture
def public_client(settings) -> Client:
    """A browser before the site with the headers and cookies of production, over https."""
    for name, value in browser_settings().items():
        setattr(settings, name, value)
    return Client(headers={"x-forwarded-proto": "https"})
