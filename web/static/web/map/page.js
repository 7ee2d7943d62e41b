// What the page tells its scripts, and how its language writes numbers, names and moments.

export const page = JSON.parse(document.getElementById("for-script").textContent);
export const isPersian = page.language === "fa";
export const isRightToLeft = document.documentElement.dir === "rtl";

const locale = isPersian ? "fa-IR-u-ca-persian-nu-arabext" : "en-GB";
const timeZone = page.timeZone ?? undefined;
const numbers = new Intl.NumberFormat(locale);
const days = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone });
const hours = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });

/** A message of the page; `{name}` in it becomes the number or the text given for it. */
export function say(key, values = {}) {
  const word = (value) => (typeof value === "number" ? numbers.format(value) : value);
  return page.messages[key].replace(/\{(\w+)\}/g, (_, name) => word(values[name]));
}

/** The name of anything that has `name_fa` and `name_en`, or of what a list of them holds under `prefix`. */
export function nameOf(named, prefix = "name") {
  return (isPersian ? named[`${prefix}_fa`] : named[`${prefix}_en`]) || named[`${prefix}_fa`] || named.code || "";
}

export const day = (iso) => days.format(new Date(iso));
export const moment = (iso) => say("moment", { day: day(iso), time: hours.format(new Date(iso)) });
