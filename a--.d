-: bilag/keep/snapshot.h common/base/err.h common/base/str.h
common/base/err.h:
common/base/str.h:
