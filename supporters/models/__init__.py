"""People, what they agreed to, and the links they were sent; one module a subject."""

from supporters.models.consent import Consent, ConsentText
from supporters.models.door import DailySalt, DoorCount, SpentToken
from supporters.models.erasure import ErasureRecord
from supporters.models.export import DataExport
from supporters.models.failed_mail import FailedMail
from supporters.models.link import OneTimeLink
from supporters.models.mail_words import MailWords
from supporters.models.newsletter import NewsletterSubscription
from supporters.models.person import Supporter, SupporterAction
from supporters.models.request import DataRequest
from supporters.models.retention import RetentionPeriod, RetentionRun
from supporters.models.source_tag import SourceTag
from supporters.models.wording import ConsentWording

__all__ = [
    "Consent",
    "ConsentText",
    "ConsentWording",
    "DailySalt",
    "DataExport",
    "DataRequest",
    "DoorCount",
    "ErasureRecord",
    "FailedMail",
    "MailWords",
    "NewsletterSubscription",
    "OneTimeLink",
    "RetentionPeriod",
    "RetentionRun",
    "SourceTag",
    "SpentToken",
    "Supporter",
    "SupporterAction",
]
