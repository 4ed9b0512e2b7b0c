-- What people need, in numbers.

-- name: asked_add
INSERT INTO asked (day, fate, article, count) VALUES (:day, :fate, :article, 1)
ON CONFLICT (day, fate, article) DO UPDATE SET count = count + 1;

-- name: passages_add
INSERT INTO passage (day, flow, step, fate, count)
SELECT :day, value ->> 0, value ->> 1, value ->> 2, 1 FROM json_each(:steps) WHERE 1
ON CONFLICT (day, flow, step, fate) DO UPDATE SET count = count + 1;

-- name: active_known
SELECT count(*) AS days FROM active WHERE day = :day;

-- name: active_count
-- Who was first seen after that day was not there yet; who was seen since may have been there or not: a day is
-- counted while it is the last one.
INSERT OR IGNORE INTO active (day, days, people)
SELECT :day, span.value ->> 0, (SELECT count(*) FROM person
                                 WHERE kind = 'person' AND seen >= (span.value ->> 1) AND created < :until)
  FROM json_each(:spans) span;

-- name: statistics_people
SELECT count(*) AS known,
       coalesce(sum(seen >= :since AND created < :until), 0) AS active,
       coalesce(sum(created >= :since AND created < :until), 0) AS new,
       coalesce(sum(created >= :before AND created < :since), 0) AS new_before
  FROM person WHERE kind = 'person';

-- name: statistics_active
SELECT people FROM active WHERE days = :days AND day = :day;

-- name: statistics_actives
SELECT day, people FROM active WHERE days = 7 AND day >= :first ORDER BY day;

-- name: statistics_asked
SELECT fate, sum(count) AS count FROM asked WHERE day BETWEEN :first AND :last GROUP BY fate;

-- name: statistics_articles
SELECT article, sum(iif(fate = 'answered', count, 0)) AS answered, sum(iif(fate = 'chosen', count, 0)) AS chosen
  FROM asked WHERE day BETWEEN :first AND :last AND article <> '' GROUP BY article ORDER BY article;

-- name: statistics_days
SELECT day, sum(count) AS count FROM asked
 WHERE day BETWEEN :first AND :last AND fate <> 'chosen' GROUP BY day ORDER BY day;

-- name: statistics_opinions
SELECT coalesce(sum(iif(helpful, count, 0)), 0) AS helpful, coalesce(sum(iif(helpful, 0, count)), 0) AS unhelpful
  FROM opinion WHERE day BETWEEN :first AND :last;

-- name: statistics_journeys
SELECT flow, count(*) AS began, coalesce(sum(outcome = 'done'), 0) AS done,
       coalesce(sum(outcome IN ('cancelled', 'left')), 0) AS stopped
  FROM journey WHERE began >= :since AND began < :until GROUP BY flow ORDER BY flow;

-- name: statistics_events
SELECT (SELECT count(*) FROM event WHERE state = 'announced' AND ends >= :since AND ends < :until) AS events,
       (SELECT count(*) FROM registration
         WHERE place IN ('seated', 'waiting') AND at >= :since AND at < :until) AS registered,
       (SELECT count(*) FROM attendance WHERE at >= :since AND at < :until) AS attended;

-- name: statistics_announcements
-- Of an announcement whose copies are forgotten the counts are left.
SELECT count(*) AS announcements,
       coalesce(sum(iif(summary IS NULL,
                        (SELECT count(*) FROM delivery WHERE announcement = a.id AND fate = 'sent'),
                        coalesce(summary ->> '$.sent', 0))), 0) AS delivered
  FROM announcement a WHERE began >= :since AND began < :until;

-- name: statistics_requests
SELECT count(*) AS requests,
       count(answered) AS replied,
       count(closed) AS closed,
       coalesce(sum(score = 'good'), 0) AS satisfied,
       coalesce(sum(score IN ('half', 'bad')), 0) AS unsatisfied
  FROM request WHERE at >= :since AND at < :until;

-- name: statistics_waits
SELECT at, answered, closed FROM request WHERE at >= :since AND at < :until;

-- name: statistics_passages
SELECT flow, step, sum(iif(fate = 'passed', count, 0)) AS passed, sum(iif(fate = 'left', count, 0)) AS "left"
  FROM passage WHERE day >= :first GROUP BY flow, step;

-- name: statistics_runs
-- Where open runs stand, and every step that they came by, each once a run.
SELECT
       run.value -> '$.frames' AS frames,
       coalesce(run.value ->> '$.wait.since', run.value ->> '$.started') AS since,
       (SELECT json_group_array(DISTINCT (frame.value ->> '$.flow') || '/' || (frame.value ->> '$.step'))
          FROM json_each(run.value, '$.history') point, json_each(point.value, '$.frames') frame) AS passed,
       coalesce(run.value -> '$.seen', '[]') AS seen
  FROM session, json_each(session.body, '$.runs') run
 WHERE person > :after AND person <= :upto;

-- name: statistics_last
SELECT coalesce(max(person), 0) AS person FROM session;

-- name: digest_take
INSERT OR IGNORE INTO digest (week, at, copies) VALUES (:week, :now, :copies);

-- name: digest_known
SELECT copies FROM digest WHERE week = :week
UNION ALL
SELECT 0 FROM setting WHERE name = 'restored' AND value >= :due;

-- name: digest_readers
-- Where each of them is told: at the address of the first of these channels that they have.
SELECT p.id AS person, d.channel, d.id AS address, min(served.key)
  FROM person p JOIN address d ON d.person = p.id
  JOIN json_each(:channels) served ON served.value = d.channel
 WHERE p.kind = 'person' AND p.reachable = 1 AND p.standing IN (SELECT value FROM json_each(:standings))
   AND p.id NOT IN (SELECT person FROM undigested)
 GROUP BY p.id ORDER BY p.id;

-- name: digest_refuse
INSERT OR IGNORE INTO undigested (person, since) VALUES (:person, :now);

-- name: digest_want
DELETE FROM undigested WHERE person = :person;

-- name: digest_refused
SELECT since FROM undigested WHERE person = :person;

-- name: export_undigested
SELECT since AS refused_since FROM undigested WHERE person = :person;

-- name: purge_asked
DELETE FROM asked WHERE day < :before;

-- name: purge_passages
DELETE FROM passage WHERE day < :before;

-- name: purge_active
DELETE FROM active WHERE day < :before;

-- name: purge_digests
DELETE FROM digest WHERE week < :before;
