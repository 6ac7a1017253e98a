import { CronExpressionParser } from 'cron-parser';

/** When a schedule fires. What is skipped and repeated when clocks change is what cron-parser says, which BullMQ counts with too; docs/schedules.md tells. */
export interface FireTimes {
  /** The first time after `from`. */
  after(from: Date): Date;
  /** The last time up to `to`, of those from `first` on, which must be one. */
  latest(first: Date, to: Date): Date;
  /** The first `count` times after `from`. */
  list(from: Date, count: number): Date[];
}

/** Five fields, so that nothing fires more than once in a minute, and without `H`, which stands for a random value. */
const FIVE_FIELDS = /^[0-9A-Z*,/#?-]+( [0-9A-Z*,/#?-]+){4}$/i;
const RANDOM = /(^|[ ,])H([ ,/(]|$)/i;

const HOUR_MS = 3_600_000;
/** Longer than clocks are ever set forward or back. */
const CHANGE_MS = 4 * HOUR_MS;
const LOOK_BACK_MS = 48 * HOUR_MS;

/** @throws Error that says what is wrong with `cron` or `timeZone` */
export function createFireTimes(cron: string, timeZone: string): FireTimes {
  if (!FIVE_FIELDS.test(cron) || RANDOM.test(cron))
    throw new Error('must be five fields (minute, hour, day, month, weekday), such as 0 9 * * MON-FRI');
  checkTimeZone(timeZone);
  const clock = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset', hour: '2-digit' });
  const offset = (time: number) => clock.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value;
  const parse = (from: number) => CronExpressionParser.parse(cron, { tz: timeZone, currentDate: new Date(from) });

  /**
   * Asked from within the hours after a change of clocks, cron-parser answers otherwise than when it comes there from before: it repeats a time it has had, or leaves one out. So it is always
   * made to come from before.
   */
  const start = (from: number) => (offset(from - CHANGE_MS) === offset(from) ? from : from - CHANGE_MS);
  let neverComes = true;
  function search(from: Date, startAt: number): Date {
    const times = parse(startAt);
    for (;;) {
      const time = times.next().toDate();
      if (time > from) return time;
    }
  }
  function after(from: Date): Date {
    try {
      return search(from, start(from.getTime()));
    } catch (error) {
      // Where clocks change by half an hour it may find no next time on that day; the day after is well again.
      if (neverComes) throw error;
      return search(from, from.getTime() + 24 * HOUR_MS + CHANGE_MS);
    }
  }

  // Refuses dates that never come.
  after(new Date());
  neverComes = false;
  return {
    after,
    latest(first, to) {
      let latest = first;
      // Of a schedule that fires often nobody needs to count from the first one on.
      const recent = after(new Date(Math.max(to.getTime() - LOOK_BACK_MS, first.getTime() - 1)));
      for (let next = recent; next <= to; next = after(next)) latest = next;
      if (latest > first) return latest;
      for (let next = after(first); next <= to; next = after(next)) latest = next;
      return latest;
    },
    list(from, count) {
      const times: Date[] = [];
      for (let time = after(from); times.length < count; time = after(time)) times.push(time);
      return times;
    },
  };
}

/** @throws Error */
export function checkTimeZone(timeZone: string): void {
  try {
    // Intl also knows offsets such as +02:00, which never change their clocks and are not what is meant.
    if (/^[A-Z]/i.test(timeZone)) new Intl.DateTimeFormat('en', { timeZone });
    else throw new Error('not a name');
  } catch {
    throw new Error('must be a time zone of the IANA database, such as Europe/Berlin');
  }
}
