-- From version 2 to 3: whether an item has a business date of its own, which was guessed and still is of items of
-- before; and an index of the notes of what a clock ahead has counted. Never changed again: stores of every
-- age go this way. Run in one transaction, without foreign keys. What must be the same before and after:
-- store_version.c.

ALTER TABLE item ADD COLUMN is_dated INTEGER CHECK(is_dated BETWEEN 0 AND 1);
CREATE INDEX attempt_note_ahead ON attempt_note(run_id, seq) WHERE note >= 'clock ahead, ' AND note < 'clock ahead-';
