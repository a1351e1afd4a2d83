-- Engines that wait to take over, and what they lack (nothing: they are ready). heard: on lp_ticks().
CREATE TABLE lp_standby (
    launch TEXT NOT NULL,
    holder TEXT NOT NULL,
    lacks TEXT NOT NULL,
    heard INTEGER NOT NULL,
    PRIMARY KEY (launch, holder)
) WITHOUT ROWID;
