/* The program `automagi-print`: one HTML file, printed to PDF by a browser. */
#include <stdio.h>

int main(int argc, char **argv)
{
    (void)fprintf(stderr, "automagi-print: usage: %s HTML PDF\n",
                  argc > 0 ? argv[0] : "automagi-print");
    return 2;
}
