/* counted_exit.c - coverage only (Makefile): children that end with _exit(), as the judges of bilag fsck do, have run what they
 * ran; gcov writes that down at exit() alone. */
#include <unistd.h>

void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}
