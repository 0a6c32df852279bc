#!/bin/sh
# assets.sh BUILD: reads file names, writes an assembler file that holds their bytes and a table of
# {name, bytes, length}, sorted as given, for bot/host/assets.c. What was built lies under BUILD.
i=0
printf '.section .rodata\n'
while IFS= read -r f; do
    [ -n "$f" ] || continue
    from=$f
    [ -e "$f" ] || from=$1/$f
    printf 'n%d: .asciz "%s"\n.balign 8\nb%d: .incbin "%s"\ne%d: .byte 0\n' $i "$f" $i "$from" $i
    i=$((i + 1))
done
printf '.section .data.rel.ro,"aw"\n.balign 8\n.globl asset_table\nasset_table:\n'
k=0
while [ $k -lt $i ]; do
    printf '.quad n%d, b%d, e%d-b%d\n' $k $k $k $k
    k=$((k + 1))
done
printf '.balign 8\n.globl asset_count\nasset_count: .quad %d\n.section .note.GNU-stack,"",@progbits\n' $i
