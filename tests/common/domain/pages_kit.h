/* pages_kit.h - is a sentence one that who has only the console's pages can follow? */
#ifndef BILAG_TESTS_DOMAIN_PAGES_KIT_H
#define BILAG_TESTS_DOMAIN_PAGES_KIT_H

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* No command, switch, file, path, key or piece of YAML; "gift_card" is a till's own type, and "bilag" alone a Norwegian voucher. */
static void reads_in_a_browser(const char *name, const char *language, const char *text)
{
    static const char *const never[] = {
        ("bilag (accept|audit|by-hand|check|choose|connect|customers|explain|forget|leave|manual|products|refused|resend|"
         "reverse|restarted|restore|status|undo|users|tokens|venues|with|med)"), "bilag-[a-z]", "--[a-z]", "\\.ya?ml", "`", "(keys|venues)/",
        "(^|[^a-z_])[a-fh-z][a-z]*_[a-z_]+", "(^|[ (])[a-z_]+: (true|false|\\{|\"|[0-9])", "\\([a-z]+:\\)", "systemctl", "sudo",
        "chmod", "stdin", "[{}<>|]", "clock-jump",
    };

    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        regex_t wrong;

        assert_int_equal(regcomp(&wrong, never[i], REG_EXTENDED | REG_NOSUB), 0);
        if (regexec(&wrong, text, 0, NULL, 0) == 0)
            fail_msg("%s (%s): \"%s\" is nothing that a page has: %s", name, language, never[i], text);
        regfree(&wrong);
    }
}

#endif
