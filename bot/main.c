#include <stdio.h>

int main(void)
{
    fprintf(stderr, "loubot: not composed yet\n");
    return 2;
}
