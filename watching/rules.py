"""When somebody is woken: each rule about one measure, with what it means and what to do.

The site's own alerts and Prometheus' rules (deploy/alerts/) are made from the same list.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

_MINUTE = 60
_HOUR = 3600
_DAY = 24 * _HOUR


@dataclass(frozen=True)
class Condition:
    """True when one of the numbers of a measure lies ``above`` or ``below`` a limit.

    With ``when_missing`` also when the measure was read and there is no number: there has never
    been a backup, no worker was ever heard of. What could not be read says neither.
    """

    measure: str
    above: float | None = None
    below: float | None = None
    when_missing: bool = False


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong. ``for_seconds``: so long without a break before it counts.

    The texts are English here and translated on the screen: ``title`` says what is wrong,
    ``why`` what it leads to, ``what_to_do`` where to begin. ``only_in_production``: a development
    site has no backups and no certificate.
    """

    key: str
    conditions: tuple[Condition, ...]
    title: str
    why: str
    what_to_do: str
    for_seconds: int = 0
    is_urgent: bool = True
    only_in_production: bool = False


# Two that nobody registers: they are known only once all others have been asked for.
DATABASE_REACHABLE = "campaign_database_reachable"
MEASURES_UNREAD = "campaign_measures_unread"

RULES = (
    Rule(
        "database-unreachable",
        (Condition(DATABASE_REACHABLE, below=1),),
        gettext_noop("The database does not answer"),
        gettext_noop(
            "Pages come from the caches only, forms refuse politely, nobody can log in, and no "
            "mail leaves."
        ),
        gettext_noop(
            "Look at the database’s service and its log, at its disk and at its memory; start it "
            "again."
        ),
        for_seconds=30,
    ),
    Rule(
        "worker-silent",
        (Condition("campaign_worker_heartbeat_seconds", above=2 * _MINUTE, when_missing=True),),
        gettext_noop("No worker has been heard of"),
        gettext_noop(
            "No mail leaves, pictures are not made, and places that somebody let lapse are not "
            "offered to the next."
        ),
        gettext_noop("Look at the worker’s service and its log, and start it again."),
    ),
    Rule(
        "queue-late",
        (Condition("campaign_queue_oldest_seconds", above=5 * _MINUTE),),
        gettext_noop("Tasks wait longer than five minutes"),
        gettext_noop("Mails with links and confirmations are late; people will try again."),
        gettext_noop(
            "See by task which ones wait, and whether workers run; start one more worker while "
            "there are many."
        ),
    ),
    Rule(
        "mails-unsent",
        (Condition("campaign_mails_unsent_oldest_seconds", above=15 * _MINUTE),),
        gettext_noop("The mail server has not taken mails for a quarter of an hour"),
        gettext_noop("They are tried again for a day, and then given up."),
        gettext_noop("Read the error in the worker’s log; ask whoever runs the mail server."),
    ),
    Rule(
        "mails-failed",
        (Condition("campaign_mails_failed", above=0),),
        gettext_noop("Mails have failed for good or came back"),
        gettext_noop("The people they were for do not know what they should know."),
        gettext_noop("Open “Failed emails” and try them again once the mail server works."),
        is_urgent=False,
    ),
    Rule(
        "jobs-failed",
        (Condition("campaign_queue_failed", above=0),),
        gettext_noop("Tasks have failed for good"),
        gettext_noop("Something that was promised has not been done."),
        gettext_noop(
            "Look for the task in the worker’s log; mend the cause, then run it again from the "
            "shell."
        ),
        is_urgent=False,
    ),
    Rule(
        "disk-low",
        (
            Condition("campaign_disk_free_ratio", below=0.10),
            Condition("campaign_disk_free_bytes", below=2 * 1024**3),
        ),
        gettext_noop("The disk is nearly full"),
        gettext_noop("Once it is full no photo, no mail and no log can be written."),
        gettext_noop("Find what grows (backups, logs, exports), make room, or enlarge the disk."),
        for_seconds=_MINUTE,
    ),
    Rule(
        "certificate-ends",
        (Condition("campaign_certificate_days", below=14, when_missing=True),),
        gettext_noop("The site’s certificate ends within two weeks"),
        gettext_noop("Afterwards browsers refuse the site, without a way around."),
        gettext_noop("Look at what should renew it, and renew it by hand."),
        for_seconds=10 * _MINUTE,
        only_in_production=True,
        is_urgent=False,
    ),
    Rule(
        "backup-old",
        (Condition("campaign_backup_base_age_seconds", above=26 * _HOUR, when_missing=True),),
        gettext_noop("There is no base backup of the last 26 hours"),
        gettext_noop("A restore takes longer, or loses what came since."),
        gettext_noop("Look at the log of the nightly backup, and run it by hand."),
        only_in_production=True,
    ),
    Rule(
        "files-backup-old",
        (
            Condition("campaign_backup_files_age_seconds", above=15 * _MINUTE, when_missing=True),
            Condition("campaign_backup_ledger_age_seconds", above=15 * _MINUTE, when_missing=True),
        ),
        gettext_noop("Photos, or the ledger of erasures, have not been backed up for 15 minutes"),
        gettext_noop("If the disk is lost, so is what came since; who was erased may come back."),
        gettext_noop("Look at the log of the backup of files, and run it by hand."),
        for_seconds=_MINUTE,
        only_in_production=True,
    ),
    Rule(
        "wal-behind",
        (
            Condition("campaign_wal_archived_age_seconds", above=10 * _MINUTE),
            Condition("campaign_backup_wal_age_seconds", above=10 * _MINUTE),
        ),
        gettext_noop("The database’s transaction log has not been archived for ten minutes"),
        gettext_noop("If the machine is lost now, so are gifts and photos since then."),
        gettext_noop(
            "Look at the database’s log for what the archive command says; the disk fills up "
            "meanwhile."
        ),
        for_seconds=_MINUTE,
    ),
    Rule(
        "backup-problem",
        (
            Condition("campaign_backup_problems", above=0),
            Condition("campaign_backup_status_age_seconds", above=5 * _MINUTE, when_missing=True),
            Condition("campaign_backup_verified_age_seconds", above=8 * _DAY),
        ),
        gettext_noop("The backups say that something fails, or say nothing"),
        gettext_noop("What cannot be restored is no backup."),
        gettext_noop("Run “campaign-backup check” on the machine: it says what is wrong."),
        for_seconds=_MINUTE,
        only_in_production=True,
    ),
    Rule(
        "drill-old",
        (Condition("campaign_backup_drill_age_seconds", above=35 * _DAY, when_missing=True),),
        gettext_noop("No backup has been restored as a drill for 35 days"),
        gettext_noop("A backup that nobody has restored may be none."),
        gettext_noop("Run the restore drill (docs/backups.md)."),
        only_in_production=True,
        is_urgent=False,
    ),
    Rule(
        "purger-silent",
        (Condition("campaign_purger_age_seconds", above=_MINUTE),),
        gettext_noop("Caches in front of the site are not told of changes"),
        gettext_noop(
            "Visitors see old pages, and a photo that was taken down may stay for up to a minute."
        ),
        gettext_noop("Look at the purger’s service and its log, and start it again."),
        for_seconds=_MINUTE,
        only_in_production=True,
    ),
    Rule(
        "errors-many",
        (Condition("campaign_error_ratio", above=0.02),),
        gettext_noop("More than one answer in fifty is an error of the site"),
        gettext_noop("People meet an error page where they wanted to act."),
        gettext_noop("Look in the site’s log for errors, by route, and at what was released last."),
        for_seconds=2 * _MINUTE,
    ),
    Rule(
        "answers-spoiled",
        (Condition("campaign_outage_answers_lately", above=0),),
        gettext_noop("Somebody could not act because the database or the disk failed"),
        gettext_noop("They were asked to come back later, and may not."),
        gettext_noop(
            "Look in the site’s log for “outage”: it names the kind. See whether it goes on."
        ),
        is_urgent=False,
    ),
    Rule(
        "accounts-doubtful",
        (Condition("campaign_account_warnings", above=0),),
        gettext_noop("A live page names an account that is not ours"),
        gettext_noop("People may send their money to somebody else."),
        gettext_noop(
            "Compare the page with the accounts, correct it at once, and find out who changed it."
        ),
    ),
    Rule(
        "measures-failing",
        (Condition(MEASURES_UNREAD, above=0),),
        gettext_noop("The site cannot measure itself"),
        gettext_noop("Other alerts may not come."),
        gettext_noop("Look in the log for “measures cannot be read”."),
        for_seconds=5 * _MINUTE,
        is_urgent=False,
    ),
)

BY_KEY = {rule.key: rule for rule in RULES}
