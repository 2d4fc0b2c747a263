/* bilag-invoicer - sends credit sales as sales orders, for the bookkeeper to invoice. */
#include "order_request.h"

int main(int argc, char **argv)
{
    return sender_main(&order_ops, argc, argv);
}
