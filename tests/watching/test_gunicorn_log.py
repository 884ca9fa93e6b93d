"""gunicorn writes its log as the site does, and notes no visitor."""

import json

from gunicorn.config import Config

from watching.gunicorn_log import Logger


def test_lines_are_json_without_an_address(capsys):
    logger = Logger(Config())
    logger.warning("Invalid request from ip=%s: %s", "2001:db8::1", "bad")
    logger.error("Error handling request %s", "/fr/?q=canary")

    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["message"] == "Invalid request from ip=… bad"
    assert (first["level"], first["logger"]) == ("WARNING", "gunicorn.error")
    assert second["message"] == "Error handling request /fr/"


def test_there_is_no_access_log(capsys):
    config = Config()
    config.set("accesslog", "-")
    logger = Logger(config)

    logger.access(None, None, {"REMOTE_ADDR": "192.0.2.7"}, None)
    logger.access_log.info("192.0.2.7")

    out = capsys.readouterr()
    assert "192.0.2.7" not in out.out + out.err
