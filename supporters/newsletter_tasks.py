"""The mail that lets people confirm a wish for news that they made by itself."""

from procrastinate.contrib.django import app

from campaign_site.tasks import MAIL_RETRY
from supporters import newsletter


@app.task(name="send_newsletter_link", retry=MAIL_RETRY)
def send_newsletter_link(subscription_id: int) -> None:
    """Mail the link that confirms a wish for news; once a wish."""
    newsletter.send_link(subscription_id)
