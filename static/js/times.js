/* Times in the reader's own clock on hover, and "3 hours ago" that stays true while a page is open.
   Works on <time datetime> with a title; a date without an hour is left alone. */

const language = document.documentElement.lang || undefined;
const timeZone = document.documentElement.dataset.timeZone; // of whoever has chosen one
const exact = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });

/* Seconds in a unit; the largest that fits is used, rounded, as the server does. */
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function ago(seconds) {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length);
  return relative.format(-Math.round(seconds / length), unit);
}

const isMoment = (time) => time.title && time.dateTime.includes("T");

function localise() {
  for (const time of document.querySelectorAll("time[title]")) {
    if (isMoment(time)) time.title = exact.format(new Date(time.dateTime));
  }
}

/* Only what is young enough to change while somebody reads. */
function freshen() {
  for (const time of document.querySelectorAll("time[title]")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    if (isMoment(time) && seconds >= 60 && seconds < 86_400) time.textContent = ago(seconds);
  }
}

localise();
setInterval(freshen, 60_000);
document.addEventListener("rows:changed", localise);
