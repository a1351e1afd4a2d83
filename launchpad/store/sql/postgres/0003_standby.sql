-- Engines that wait to take over, and what they lack (nothing: they are ready). heard: on lp_ticks().
CREATE TABLE lp_standby (
    launch text NOT NULL,
    holder text NOT NULL,
    lacks text NOT NULL,
    heard bigint NOT NULL,
    PRIMARY KEY (launch, holder)
);
