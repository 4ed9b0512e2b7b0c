-- Questions not answered well, opinions, proposals.

-- name: miss_add
INSERT INTO miss (day, text, verdict, guesses) VALUES (:day, :text, :verdict, :guesses);

-- name: opinion_add
INSERT INTO opinion (day, article, helpful, count) VALUES (:day, :article, :helpful, 1)
ON CONFLICT (day, article, helpful) DO UPDATE SET count = count + 1;

-- name: misses
SELECT id, day, text, verdict, guesses, state FROM miss ORDER BY id DESC LIMIT :limit;

-- name: misses_settle
UPDATE miss SET state = :state
 WHERE id IN (SELECT value FROM json_each(:misses)) AND state IN (SELECT value FROM json_each(:before));

-- name: proposal_add
INSERT INTO proposal (day, article, phrasings, misses) VALUES (:day, :article, :phrasings, :misses);

-- name: proposals
SELECT id, day, article, phrasings, misses FROM proposal WHERE state = 'open' ORDER BY id;

-- name: proposal_settle
UPDATE proposal SET state = :state WHERE id = :id AND state = 'open';

-- name: likings
SELECT article, sum(iif(helpful, count, 0)) AS helpful, sum(iif(helpful, 0, count)) AS unhelpful
  FROM opinion GROUP BY article ORDER BY article;
