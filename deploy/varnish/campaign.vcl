# Varnish 7.1 in front of the campaign site: keeps public pages, is told what has changed, and
# stands in when the application is down. docs/caching.md says how it all fits together.
vcl 4.1;

import std;
import directors;

# The application on this machine: two instances for everybody, restarted in turn, and a small one
# for staff and monitors.
# A host more is a backend more of each kind, and a line more in vcl_init.
probe alive {
    .request =
        "GET /healthz/live HTTP/1.1"
        "Host: www.example.org"
        "X-Forwarded-Proto: https"
        "X-Forwarded-For: 127.0.0.1"
        "Connection: close";
    .expected_response = 200;
    .interval = 2s;
    .timeout = 2s;
    .window = 4;
    .threshold = 2;
    .initial = 2;
}

backend web_1 {
    .host = "127.0.0.1";
    .port = "8001";
    # Beyond this nobody gets an answer soon: say so at once instead of letting people wait.
    .max_connections = 12;
    .connect_timeout = 1s;
    .first_byte_timeout = 30s;
    .between_bytes_timeout = 10s;
    .probe = alive;
}

backend web_2 {
    .host = "127.0.0.1";
    .port = "8003";
    .max_connections = 12;
    .connect_timeout = 1s;
    .first_byte_timeout = 30s;
    .between_bytes_timeout = 10s;
    .probe = alive;
}

backend admin_1 {
    .host = "127.0.0.1";
    .port = "8002";
    .max_connections = 16;
    .connect_timeout = 1s;
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 30s;
    .probe = alive;
}

# Who may tell what has changed: this machine, and the host that runs the purger.
acl purgers {
    "127.0.0.0"/8;
    "::1";
}

sub vcl_init {
    new web = directors.round_robin();
    web.add_backend(web_1);
    web.add_backend(web_2);
    new admin = directors.round_robin();
    admin.add_backend(admin_1);
}

sub vcl_recv {
    # Only the web server in front connects here; what a client sent of these counts for nothing.
    unset req.http.X-Shows;
    if (req.restarts == 0) {
        unset req.http.X-Anew;
        # Varnish has added the web server's address to those that the web server tells of.
        set req.http.X-Forwarded-For = regsub(req.http.X-Forwarded-For, ",[^,]*$", "");
    }

    if (req.method == "BAN" || req.method == "PURGE") {
        # An answer for somebody else came through the web server: it has another address in it.
        if (req.http.X-Forwarded-For && std.ip(req.http.X-Forwarded-For, "192.0.2.1") !~ purgers) {
            return (synth(403, "Forbidden"));
        }
        if (client.ip !~ purgers) {
            return (synth(403, "Forbidden"));
        }
        if (req.method == "PURGE") {
            return (purge);
        }
        if (!req.http.X-Ban-Shows) {
            return (synth(400, "X-Ban-Shows is missing"));
        }
        # Of the object alone, so that it is done in the background (Varnish manual, "ban lurker").
        if (std.ban("obj.http.X-Shows ~ " + req.http.X-Ban-Shows)) {
            return (synth(200, "Banned"));
        }
        return (synth(400, std.ban_error()));
    }

    if (req.url ~ "^/(admin|django-admin|healthz|metrics)(/|\?|$)") {
        set req.backend_hint = admin.backend();
        return (pass);
    }
    set req.backend_hint = web.backend();

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Staff see the site as it is; parts of a file are the application's business.
    if (req.http.Authorization || req.http.Range || req.http.Cookie ~ "(__Host-)?(session|csrf)[a-z]*=") {
        return (pass);
    }
    # No public page knows any other cookie.
    unset req.http.Cookie;

    if (req.http.Accept-Encoding ~ "(^|[ ,])br($|[ ,])") {
        set req.http.Accept-Encoding = "br";
    } else if (req.http.Accept-Encoding ~ "(^|[ ,])gzip($|[ ,])") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    return (hash);
}

sub vcl_hash {
    hash_data(req.http.X-Forwarded-Proto);
    hash_data(req.http.Accept-Encoding);
}

sub vcl_backend_fetch {
    unset bereq.http.X-Ban-Shows;
}

sub vcl_backend_response {
    # Pages come compressed; nothing is compressed or unpacked here.
    set beresp.do_gzip = false;
    set beresp.do_gunzip = false;

    if (bereq.uncacheable) {
        return (deliver);
    }
    if (beresp.http.Set-Cookie || beresp.http.Cache-Control !~ "public"
        || beresp.http.Cache-Control ~ "(private|no-store|no-cache)"
        || beresp.http.Vary ~ "(?i)cookie|\*") {
        if (beresp.status >= 500) {
            # Show what was known instead, where a copy may still be shown.
            if (bereq.is_bgfetch) {
                return (abandon);
            }
            set beresp.ttl = 0s;
            set beresp.uncacheable = true;
            return (deliver);
        }
        # Others need not wait in line for an answer that is nobody else's.
        set beresp.ttl = 60s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    if (beresp.ttl <= 0s) {
        # Overtaken while it was made, or not kept by the site either: for whoever asked, and nobody
        # after. Those who ask meanwhile need not wait in line; the next that may be kept is.
        set beresp.ttl = 1s;
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    # RFC 5861: how long it may be shown while a new one is fetched (vcl_hit), and while none can be.
    set beresp.keep = 0s;
    set beresp.http.X-Revalidate = "0";
    if (beresp.http.Cache-Control ~ "stale-while-revalidate=\d+") {
        set beresp.http.X-Revalidate =
            regsub(beresp.http.Cache-Control, "^.*stale-while-revalidate=(\d+).*$", "\1");
    }
    set beresp.grace = std.duration(beresp.http.X-Revalidate + "s", 0s);
    if (beresp.http.Cache-Control ~ "stale-if-error=\d+") {
        set beresp.grace = std.duration(
            regsub(beresp.http.Cache-Control, "^.*stale-if-error=(\d+).*$", "\1") + "s", 0s);
    }
}

sub vcl_hit {
    if (obj.ttl >= 0s) {
        return (deliver);
    }
    # Old, but for the moment good enough while a new one comes; or all there is.
    if (obj.ttl + std.duration(obj.http.X-Revalidate + "s", 0s) >= 0s
        || !std.healthy(req.backend_hint) || req.http.X-Anew == "failed") {
        return (deliver);
    }
    set req.http.X-Anew = "asked";
    set req.hash_always_miss = true;
    return (restart);
}

sub vcl_deliver {
    if (resp.status >= 500 && req.http.X-Anew == "asked") {
        # No new one is to be had: the old one then.
        set req.http.X-Anew = "failed";
        set req.hash_always_miss = false;
        return (restart);
    }
    unset resp.http.X-Shows;
    unset resp.http.X-Revalidate;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
    # What the web server keeps of it, it keeps for this second. News takes up to 0.45 s to come here
    # (serving/purging.py: a tenth, and a repetition after 0.35 s): what is shown at the beginning of
    # a second may be older than the second.
    unset resp.http.X-Accel-Expires;
    if (resp.http.Cache-Control ~ "public" && !obj.uncacheable && obj.ttl > 0s
        && std.time2real(now, 0.0) - std.real(integer = std.time2integer(now, 0)) > 0.45) {
        set resp.http.X-Accel-Expires = "@" + std.time2integer(now, 0);
    }
}

# When there is neither a new answer nor an old one: at once, in three languages.
sub vcl_backend_error {
    set beresp.status = 503;
    set beresp.reason = "Service Unavailable";
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
    set beresp.uncacheable = true;
    set beresp.http.Content-Type = "text/html; charset=utf-8";
    set beresp.http.Cache-Control = "private, no-store";
    set beresp.http.Retry-After = "10";
    set beresp.http.X-Content-Type-Options = "nosniff";
    set beresp.http.Referrer-Policy = "same-origin";
    # The policy that allows the page its one style is in the headers written beside it.
    set beresp.http.Content-Security-Policy = regsub(
        regsuball(std.fileread("/srv/campaign/fallback/headers.conf"), "[\r\n]+", " "),
        {"^.*Content-Security-Policy "([^"]+)".*$"}, "\1");
    set beresp.body = std.fileread("/srv/campaign/fallback/all/503.html");
    return (deliver);
}

sub vcl_synth {
    set resp.http.Content-Type = "text/plain; charset=utf-8";
    set resp.http.Cache-Control = "private, no-store";
    set resp.body = resp.reason + {"
"};
    return (deliver);
}
