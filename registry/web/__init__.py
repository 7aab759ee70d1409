"""What every view needs: doors, pages, forms, headers. Knows Flask, knows no domain."""
