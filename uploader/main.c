/* bilag-uploader - posts ready vouchers: seals a revision, sends it, and keeps what PowerOffice said. */
#include "voucher_request.h"

int main(int argc, char **argv)
{
    return sender_main(&voucher_ops, argc, argv);
}
