"""Readings made up for the rules to judge, and a memory that no other test has."""

from watching.measures import Readings


def healthy(**changes) -> Readings:
    """Readings of a site where all is well; ``changes`` replace numbers, None for nothing."""
    numbers = {
        "campaign_worker_heartbeat_seconds": 5,
        "campaign_queue_oldest_seconds": None,
        "campaign_queue_failed": None,
        "campaign_mails_unsent_oldest_seconds": None,
        "campaign_mails_failed": 0,
        "campaign_disk_free_ratio": 0.5,
        "campaign_disk_free_bytes": 50 * 1024**3,
        "campaign_certificate_days": 60,
        "campaign_backup_base_age_seconds": 3600,
        "campaign_backup_wal_age_seconds": 60,
        "campaign_backup_files_age_seconds": 60,
        "campaign_backup_ledger_age_seconds": 60,
        "campaign_backup_verified_age_seconds": 3600,
        "campaign_backup_drill_age_seconds": 3600,
        "campaign_backup_status_age_seconds": 30,
        "campaign_backup_problems": None,
        "campaign_wal_archived_age_seconds": 60,
        "campaign_purger_age_seconds": 1,
        "campaign_error_ratio": 0.0,
        "campaign_outage_answers_lately": 0,
        "campaign_account_warnings": 0,
        **changes,
    }
    return Readings(
        {name: {} if value is None else {(): float(value)} for name, value in numbers.items()}
    )
