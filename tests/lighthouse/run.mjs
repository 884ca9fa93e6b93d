// Run Lighthouse (its mobile preset, simulated slow network and processor) on pages, one after the
// other. Standard input: {chromium, modules, runs, pages: [{name, url}]}. Standard output: a line of
// JSON a page, {name, url, scores: {category: [a score a run]}, failed: {category: [audits]}, …}.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The certificate of the rig is its own.
  "--ignore-certificate-errors",
];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { chromium, modules, runs, pages } = JSON.parse(Buffer.concat(chunks).toString());

const load = (path) => import(pathToFileURL(join(modules, "node_modules", path)).href);
const { default: lighthouse } = await load("lighthouse/core/index.js");
const { launch } = await load("chrome-launcher/dist/index.js");

// A browser that has too little time to start records nothing (NO_NAVSTART and the like).
const ATTEMPTS = 3;

/** One run; the last error when none of the attempts comes to an end. */
async function look(url, attempt = 1) {
  try {
    return await lookOnce(url);
  } catch (error) {
    if (attempt === ATTEMPTS) throw error;
    return look(url, attempt + 1);
  }
}

/** One attempt in a fresh browser; raises what Lighthouse reports as an error. */
async function lookOnce(url) {
  const chrome = await launch({
    chromePath: chromium,
    chromeFlags: FLAGS,
    ignoreDefaultFlags: false,
    logLevel: "silent",
  });
  try {
    const options = {
      port: chrome.port,
      onlyCategories: CATEGORIES,
      output: "json",
      logLevel: "silent",
      // The page for what is not there is a page too.
      ignoreStatusCode: true,
    };
    const { lhr } = await lighthouse(url, options);
    if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
    return lhr;
  } finally {
    chrome.kill();
  }
}

/** What an audit found, in a line. */
function finding(audit) {
  const items = audit.details?.items ?? [];
  const first = items
    .slice(0, 3)
    .map((item) => item.node?.selector ?? item.url ?? item.description ?? item.source ?? "")
    .map((what) => (typeof what === "string" ? what : JSON.stringify(what)))
    .filter(Boolean)
    .join(", ");
  const said = audit.displayValue ? ` (${audit.displayValue})` : "";
  return `${audit.id}${said}${first ? `: ${first}` : ""}`;
}

function failures(lhr, category) {
  const audits = lhr.categories[category].auditRefs
    .filter((ref) => ref.weight > 0)
    .map((ref) => lhr.audits[ref.id]);
  return audits.filter((audit) => audit.score !== null && audit.score < 0.9).map(finding);
}

for (const { name, url } of pages) {
  const told = { name, url, scores: {}, failed: {}, indexed: true, errors: [], milliseconds: {} };
  for (let run = 0; run < runs; run += 1) {
    try {
      const lhr = await look(url);
      // Neither a page that asks not to be indexed nor one for what is not there can be found.
      told.isFound = lhr.audits["http-status-code"].score !== 0;
      told.indexed &&= told.isFound && lhr.audits["is-crawlable"].score !== 0;
      for (const category of CATEGORIES) {
        (told.scores[category] ??= []).push(Math.round(lhr.categories[category].score * 100));
        const found = (told.failed[category] ??= []);
        for (const one of failures(lhr, category)) if (!found.includes(one)) found.push(one);
      }
      for (const audit of ["first-contentful-paint", "largest-contentful-paint"]) {
        (told.milliseconds[audit] ??= []).push(lhr.audits[audit].numericValue);
      }
      const shift = lhr.audits["cumulative-layout-shift"].numericValue;
      told.shift = Math.max(told.shift ?? 0, shift);
      const requests = lhr.audits["network-requests"].details.items;
      told.requests = requests.length;
      told.bytes = requests.reduce((sum, request) => sum + (request.transferSize ?? 0), 0);
    } catch (error) {
      told.errors.push(String(error.message ?? error));
    }
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
