// Scan the addresses given on standard input with the tests and the arithmetic of Mozilla's HTTP
// Observatory, and write one JSON object for each to standard output.
//
// Its command asks for the first page of a host, and gives up when that answers 404 or 500. The
// headers of such answers are what is wanted here, so its parts are called one by one instead.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [source] = process.argv.slice(2);
const part = (name) => import(pathToFileURL(`${source}/src/${name}`).href);
const { retrieve } = await part("retriever/retriever.js");
const { ALL_TESTS } = await part("constants.js");
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await part("grader/charts.js");
const { getGradeForScore, getScoreModifier } = await part("grader/grader.js");

async function scan({ name, host, httpsPort, httpPort, path }) {
  const requests = await retrieve(host, { httpsPort, httpPort, path });
  const answer = requests.responses.auto;
  if (!answer) return { name, status: null, score: 0, grade: "none", failed: ["no answer"] };
  const tests = ALL_TESTS.map((test) => test(requests)).map((outcome) => ({
    name: outcome.constructor.name,
    result: outcome.result,
    passed: outcome.pass,
    points: getScoreModifier(outcome.result),
  }));
  const lost = tests.reduce((sum, { points }) => sum + Math.min(points, 0), 0);
  const gained = tests.reduce((sum, { points }) => sum + Math.max(points, 0), 0);
  const base = 100 + lost;
  const score = base >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? base + gained : base;
  const graded = getGradeForScore(score);
  const failed = tests.filter(({ passed }) => !passed).map((one) => `${one.name}: ${one.result}`);
  return { name, status: answer.status, ...graded, failed, tests };
}

const found = [];
for (const page of JSON.parse(readFileSync(0, "utf8"))) found.push(await scan(page));
process.stdout.write(JSON.stringify(found));
