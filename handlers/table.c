/* table.c: all conversation skills. When you add one, add its row here and to handlers.h. */
#include "handlers/handlers.h"

const struct handler *const handlers_all[] = {
    &handler_report,   &handler_join,
    &handler_backfill, &handler_work,
    &handler_transfer, &handler_raise,
    &handler_suspend,  &handler_close,
    &handler_ladder,   &handler_verify,
    &handler_rate,     &handler_progress,
    &handler_correct,  &handler_list,
    &handler_help,     &handler_forget,
    &handler_handover, &handler_bind,
    &handler_leave,    &handler_duty,
    &handler_left,     NULL,
};
