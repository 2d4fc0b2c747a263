words.o: build/gcc/words.c common/base/clock.h common/base/err.h \
 common/base/str.h common/base/err.h common/base/fields.h \
 common/base/wire.h common/base/money.h common/base/form.h \
 common/base/json.h common/base/killpoint.h common/base/lines.h \
 common/base/log.h common/base/money.h common/base/secret.h \
 common/base/form.h common/base/store.h common/base/store_fault.h \
 common/base/store_sum.h common/base/storecheck.h common/base/store.h \
 common/base/str.h common/base/wholefile.h common/base/wire.h \
 common/domain/audit.h common/base/store.h common/domain/config.h \
 common/base/clock.h common/domain/config_rows.h common/base/err.h \
 common/domain/config_rows.h common/domain/doors.h common/domain/config.h \
 common/domain/draft.h common/domain/problem.h common/base/wire.h \
 common/domain/event.h common/base/money.h common/domain/event_tree.h \
 common/domain/event.h common/domain/form_rows.h common/base/form.h \
 common/domain/problem.h common/domain/setup.h \
 common/domain/setup_texts.h common/domain/setup.h common/domain/venue.h \
 common/domain/venue_file.h common/stage/ingestclient.h \
 common/stage/inside.h common/stage/stage.h common/domain/config.h \
 common/stage/logclient.h common/stage/stage.h saft/balance.h saft/sale.h \
 saft/codelist.h common/domain/event.h saft/saft.h saft/value.h \
 saft/codelist.h saft/content.h saft/elements.h saft/till.h \
 saft/zreport.h saft/sums.h saft/elements.h saft/parser.h saft/saft.h \
 saft/sale.h saft/sums.h saft/till.h saft/value.h saft/zreport.h \
 ingest/batches.h ingest/intake.h common/domain/doors.h ingest/eventlog.h \
 common/stage/stage.h ingest/entry.h ingest/eventlog.h \
 ingest/eventlog_inside.h ingest/eventlog_judge.h \
 common/base/storecheck.h ingest/http.h ingest/ingest.h ingest/batches.h \
 ingest/http.h ingest/logservice.h ingest/retention.h ingest/spool.h \
 ingest/intake.h ingest/logservice.h ingest/retention.h ingest/spool.h \
 ingest/spool_file.h ingest/visitors.h mapper/arrival.h mapper/tables.h \
 mapper/build.h mapper/settlement.h common/domain/draft.h mapper/share.h \
 mapper/claim.h mapper/completeness.h mapper/conflict.h \
 mapper/decisions.h common/domain/audit.h mapper/fold.h mapper/hearing.h \
 mapper/mapper.h mapper/partitions.h mapper/schedule.h mapper/trim.h \
 common/stage/logclient.h mapper/judge.h mapper/mapper.h mapper/offer.h \
 mapper/build.h mapper/order_mark.h mapper/orders.h mapper/partitions.h \
 mapper/reading.h mapper/round.h mapper/schedule.h mapper/seals.h \
 mapper/seen.h mapper/settlement.h mapper/share.h mapper/tables.h \
 mapper/tally.h mapper/trim.h mapper/voucher.h validator/refcache.h \
 poweroffice/refdata.h validator/rules.h validator/verdicts.h \
 validator/refcache.h poweroffice/limiter.h poweroffice/quota.h \
 poweroffice/outcome.h poweroffice/poweroffice.h poweroffice/poll.h \
 poweroffice/poweroffice.h poweroffice/poweroffice_inside.h \
 poweroffice/transport.h poweroffice/limiter.h poweroffice/outcome.h \
 poweroffice/refdata.h poweroffice/tokens.h poweroffice/privilege.h \
 common/base/str.h poweroffice/problemdetails.h poweroffice/quota.h \
 poweroffice/refbuild.h poweroffice/reflist.h poweroffice/reflist.h \
 poweroffice/refreader.h common/domain/problem.h poweroffice/refstore.h \
 poweroffice/tokens.h poweroffice/transport.h sender/by_hand.h \
 sender/docs.h sender/record.h sender/docs_judge.h sender/owner.h \
 sender/record.h sender/sender.h common/base/json.h \
 sender/sender_inside.h sender/docs.h common/base/killpoint.h \
 sender/owner.h sender/sender.h uploader/voucher_request.h \
 invoicer/order_body.h invoicer/order_request.h invoicer/price.h \
 bilag/cmd/deed.h bilag/read/books.h bilag/cmd/shell.h bilag/cmd/shell.h \
 bilag/read/books_inside.h bilag/read/books.h bilag/read/customers.h \
 bilag/read/manual.h bilag/read/receipts.h bilag/read/online.h \
 bilag/read/products.h bilag/read/receipts.h bilag/read/refusals.h \
 bilag/read/stages.h bilag/act/decide.h bilag/act/keyfile.h \
 bilag/act/venue_setup.h bilag/act/yamledit.h bilag/show/csv.h \
 bilag/show/invoice_date.h bilag/show/status.h bilag/keep/fsck.h \
 bilag/keep/fsck_shared.h bilag/keep/restore.h bilag/keep/snapshot.h \
 bilag/keep/snapshot.h
common/base/clock.h:
common/base/err.h:
common/base/str.h:
common/base/err.h:
common/base/fields.h:
common/base/wire.h:
common/base/money.h:
common/base/form.h:
common/base/json.h:
common/base/killpoint.h:
common/base/lines.h:
common/base/log.h:
common/base/money.h:
common/base/secret.h:
common/base/form.h:
common/base/store.h:
common/base/store_fault.h:
common/base/store_sum.h:
common/base/storecheck.h:
common/base/store.h:
common/base/str.h:
common/base/wholefile.h:
common/base/wire.h:
common/domain/audit.h:
common/base/store.h:
common/domain/config.h:
common/base/clock.h:
common/domain/config_rows.h:
common/base/err.h:
common/domain/config_rows.h:
common/domain/doors.h:
common/domain/config.h:
common/domain/draft.h:
common/domain/problem.h:
common/base/wire.h:
common/domain/event.h:
common/base/money.h:
common/domain/event_tree.h:
common/domain/event.h:
common/domain/form_rows.h:
common/base/form.h:
common/domain/problem.h:
common/domain/setup.h:
common/domain/setup_texts.h:
common/domain/setup.h:
common/domain/venue.h:
common/domain/venue_file.h:
common/stage/ingestclient.h:
common/stage/inside.h:
common/stage/stage.h:
common/domain/config.h:
common/stage/logclient.h:
common/stage/stage.h:
saft/balance.h:
saft/sale.h:
saft/codelist.h:
common/domain/event.h:
saft/saft.h:
saft/value.h:
saft/codelist.h:
saft/content.h:
saft/elements.h:
saft/till.h:
saft/zreport.h:
saft/sums.h:
saft/elements.h:
saft/parser.h:
saft/saft.h:
saft/sale.h:
saft/sums.h:
saft/till.h:
saft/value.h:
saft/zreport.h:
ingest/batches.h:
ingest/intake.h:
common/domain/doors.h:
ingest/eventlog.h:
common/stage/stage.h:
ingest/entry.h:
ingest/eventlog.h:
ingest/eventlog_inside.h:
ingest/eventlog_judge.h:
common/base/storecheck.h:
ingest/http.h:
ingest/ingest.h:
ingest/batches.h:
ingest/http.h:
ingest/logservice.h:
ingest/retention.h:
ingest/spool.h:
ingest/intake.h:
ingest/logservice.h:
ingest/retention.h:
ingest/spool.h:
ingest/spool_file.h:
ingest/visitors.h:
mapper/arrival.h:
mapper/tables.h:
mapper/build.h:
mapper/settlement.h:
common/domain/draft.h:
mapper/share.h:
mapper/claim.h:
mapper/completeness.h:
mapper/conflict.h:
mapper/decisions.h:
common/domain/audit.h:
mapper/fold.h:
mapper/hearing.h:
mapper/mapper.h:
mapper/partitions.h:
mapper/schedule.h:
mapper/trim.h:
common/stage/logclient.h:
mapper/judge.h:
mapper/mapper.h:
mapper/offer.h:
mapper/build.h:
mapper/order_mark.h:
mapper/orders.h:
mapper/partitions.h:
mapper/reading.h:
mapper/round.h:
mapper/schedule.h:
mapper/seals.h:
mapper/seen.h:
mapper/settlement.h:
mapper/share.h:
mapper/tables.h:
mapper/tally.h:
mapper/trim.h:
mapper/voucher.h:
validator/refcache.h:
poweroffice/refdata.h:
validator/rules.h:
validator/verdicts.h:
validator/refcache.h:
poweroffice/limiter.h:
poweroffice/quota.h:
poweroffice/outcome.h:
poweroffice/poweroffice.h:
poweroffice/poll.h:
poweroffice/poweroffice.h:
poweroffice/poweroffice_inside.h:
poweroffice/transport.h:
poweroffice/limiter.h:
poweroffice/outcome.h:
poweroffice/refdata.h:
poweroffice/tokens.h:
poweroffice/privilege.h:
common/base/str.h:
poweroffice/problemdetails.h:
poweroffice/quota.h:
poweroffice/refbuild.h:
poweroffice/reflist.h:
poweroffice/reflist.h:
poweroffice/refreader.h:
common/domain/problem.h:
poweroffice/refstore.h:
poweroffice/tokens.h:
poweroffice/transport.h:
sender/by_hand.h:
sender/docs.h:
sender/record.h:
sender/docs_judge.h:
sender/owner.h:
sender/record.h:
sender/sender.h:
common/base/json.h:
sender/sender_inside.h:
sender/docs.h:
common/base/killpoint.h:
sender/owner.h:
sender/sender.h:
uploader/voucher_request.h:
invoicer/order_body.h:
invoicer/order_request.h:
invoicer/price.h:
bilag/cmd/deed.h:
bilag/read/books.h:
bilag/cmd/shell.h:
bilag/cmd/shell.h:
bilag/read/books_inside.h:
bilag/read/books.h:
bilag/read/customers.h:
bilag/read/manual.h:
bilag/read/receipts.h:
bilag/read/online.h:
bilag/read/products.h:
bilag/read/receipts.h:
bilag/read/refusals.h:
bilag/read/stages.h:
bilag/act/decide.h:
bilag/act/keyfile.h:
bilag/act/venue_setup.h:
bilag/act/yamledit.h:
bilag/show/csv.h:
bilag/show/invoice_date.h:
bilag/show/status.h:
bilag/keep/fsck.h:
bilag/keep/fsck_shared.h:
bilag/keep/restore.h:
bilag/keep/snapshot.h:
bilag/keep/snapshot.h:
