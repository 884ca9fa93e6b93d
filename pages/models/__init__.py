"""Every page of the site: words, and pointers at the facts that the apps hold."""

from pages.images import EditorialImage, EditorialRendition
from pages.models.actions import AppealPage, EventPage, PhotoCallPage, WallPage
from pages.models.articles import ArticleIndexPage, ArticlePage
from pages.models.base import BasePage
from pages.models.campaign import CampaignPage, Mood
from pages.models.home import HomePage
from pages.models.site import LoadedContent, Organisation, SiteWords
from pages.models.standard import StandardPage
from pages.models.theme import Theme

__all__ = [
    "AppealPage",
    "ArticleIndexPage",
    "ArticlePage",
    "BasePage",
    "CampaignPage",
    "EditorialImage",
    "EditorialRendition",
    "EventPage",
    "HomePage",
    "LoadedContent",
    "Mood",
    "Organisation",
    "PhotoCallPage",
    "SiteWords",
    "StandardPage",
    "Theme",
    "WallPage",
]
