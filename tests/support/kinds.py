"""The settings of every kind of adapter that is shipped, by kind."""

from launchpad.channels.discord import DiscordSettings
from launchpad.channels.pagerduty import PagerDutySettings
from launchpad.channels.slack import SlackSettings
from launchpad.channels.smtp import SmtpSettings
from launchpad.channels.webhook import WebhookSettings
from launchpad.model.backups import ObjectStoreSettings, PostgresSettings
from launchpad.model.command import CommandSettings
from launchpad.providers.google_play import GooglePlaySettings
from launchpad.providers.netlify import NetlifySettings

PROVIDERS = {
    "command": CommandSettings,
    "google_play": GooglePlaySettings,
    "netlify": NetlifySettings,
    "object_store": ObjectStoreSettings,
    "postgres": PostgresSettings,
}
CHANNELS = {
    "discord": DiscordSettings,
    "pagerduty": PagerDutySettings,
    "slack": SlackSettings,
    "smtp": SmtpSettings,
    "webhook": WebhookSettings,
}
